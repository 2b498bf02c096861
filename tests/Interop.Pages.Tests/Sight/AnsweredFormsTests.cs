using System.Text.Json;
using Interop.Demo;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace Interop.Pages.Tests.Sight;

/// <summary>
/// What <see cref="SightTests"/> says of pages, of those behind a form that changes something: every form of every page of ten people is
/// filled in and sent, and the page that answers, or to which the answer leads, is looked through in the same way. In a city of its own,
/// because nothing is as it was after it.
/// </summary>
public sealed class AnsweredFormsTests(DemoCity demo, ITestOutputHelper output) : IClassFixture<DemoCity>
{
    private const int FormsOfAShape = 2;
    private static CityTexts? texts;

    /// <summary>Who, and how many of her forms are done at least. An officer's is compared with the document that it asks for.</summary>
    public static TheoryData<string, int> People => new()
    {
        { "dispatcher", 2 }, { "calltaker", 1 }, { "field", 6 }, { "navigator", 5 }, { "hospital", 2 }, { "privacy", 4 },
        { "agency", 3 }, { "evaluator", 0 }, { "manager", 2 },
    };

    [BrowserTheory]
    [Trait("Category", "Long")]
    [MemberData(nameof(People))]
    public async Task No_answer_to_a_form_shows_what_the_same_persons_FHIR_request_does_not(string name, int least)
    {
        var city = texts ??= await Canaries.StoreAsync(demo);
        var person = DemoPerson.All.Single(one => one.UserName == name);
        var page = await demo.SignedInAsync(name, DemoCity.Desk);
        var (shapes, leaks, sent, done, shown) = (new Dictionary<string, int>(), new List<string>(), 0, 0, 0);
        await foreach (var (path, html) in PageWalk.WalkAsync(page, demo.Address, SightTests.Starts(demo, name)))
        {
            foreach (var form in await FormsAsync(page, html))
            {
                var target = form.Action.StartsWith('/') ? form.Action : path.Split('?')[0] + form.Action;
                var shape = $"{LookTests.ShapeOf(path)} {LookTests.ShapeOf(target)} {form.Names}";
                shapes[shape] = shapes.GetValueOrDefault(shape) + 1;
                if (IsLeftOut(target) || shapes[shape] > FormsOfAShape)
                {
                    continue;
                }

                var answer = await page.Context.APIRequest.PostAsync(demo.Address + target, new() { Multipart = Filled(page, form) });
                var said = await answer.TextAsync();
                var text = await PageWalk.TextAsync(page, said);
                Assert.True(answer.Status < 500, $"{path} {target} {answer.Status}");
                sent++;
                done += answer.Ok && !said.Contains("notice danger", StringComparison.Ordinal) ? 1 : 0;
                shown += city.In(text).Count();

                // As she sees it now that it was done.
                using var eyes = await CallerEyes.OfAsync(demo, page, person, city);
                leaks.AddRange((await eyes.LeaksAsync(text)).Select(leak => $"{path} {target}: {leak}"));
            }
        }

        output.WriteLine($"{name}: {sent} forms sent, {done} done, {shown} texts and ids found in the answers.");
        Assert.Equal([], leaks);
        Assert.InRange(done, least, 200);
    }

    /// <summary>
    /// The layout's forms, of language and sign-out; and what ends the sessions of all her colleagues: the pages are one of the agency's
    /// systems, whose keys can be changed or taken.
    /// </summary>
    private static bool IsLeftOut(string target) => target is "/app/sign-out" or "/app/language"
        || (target.StartsWith("/app/agency/systems/", StringComparison.Ordinal)
            && (target.EndsWith("handler=Revoke", StringComparison.Ordinal) || target.EndsWith("handler=Keys", StringComparison.Ordinal)));

    private static IFormData Filled(IPage page, SentForm form)
    {
        var filled = page.Context.APIRequest.CreateFormData();
        foreach (var field in form.Fields)
        {
            filled.Append(field.GetProperty("name").GetString()!, field.GetProperty("value").GetString()!);
        }

        return filled;
    }

    /// <summary>
    /// The forms of a page, each once for each of its buttons: what stands in them, of a group of radio buttons and of a list the last, a
    /// sentence where text is wanted, and a day where one is.
    /// </summary>
    private static async Task<IReadOnlyList<SentForm>> FormsAsync(IPage page, string html)
    {
        var found = await page.EvaluateAsync<JsonElement>(
            """
            html => [...new DOMParser().parseFromString(html, 'text/html').querySelectorAll('form[method=post]')].flatMap(form => {
                const fields = [];
                const groups = new Map();
                for (const field of form.elements) {
                    if (!field.name || field.disabled || field.type === 'submit' || field.type === 'file') { continue; }
                    if (field.type === 'radio') { groups.set(field.name, field.value); continue; }
                    const options = field.tagName === 'SELECT' ? [...field.options].map(option => option.value) : [];
                    const value = field.tagName === 'SELECT' ? options[options.length - 1] ?? ''
                        : field.type === 'hidden' || field.type === 'checkbox' || field.value ? field.value
                        : field.type === 'date' ? new Date().toISOString().slice(0, 10)
                        : field.type === 'number' ? field.min || '1'
                        : field.name === 'Name' ? 'Cleo' : 'Written by a test.';
                    fields.push({ name: field.name, value });
                }
                for (const [name, value] of groups) { fields.push({ name, value }); }
                const buttons = [...form.querySelectorAll('button:not([type=button])')];
                return (buttons.length ? buttons : [null]).map(button => ({
                    action: button?.getAttribute('formaction') ?? form.getAttribute('action') ?? '',
                    fields: [...fields, ...(button?.name ? [button] : [])].map(({ name, value }) => ({ name, value })),
                }));
            })
            """,
            html);
        return [.. found.EnumerateArray().Select(form =>
            new SentForm(form.GetProperty("action").GetString()!, [.. form.GetProperty("fields").EnumerateArray()]))];
    }

    /// <param name="Action">An address, or a query of the page's own.</param>
    private sealed record SentForm(string Action, IReadOnlyList<JsonElement> Fields)
    {
        /// <summary>By which two forms to the same address are told apart.</summary>
        public string Names => string.Join(' ', Fields.Select(one => one.GetProperty("name").GetString()));
    }
}
