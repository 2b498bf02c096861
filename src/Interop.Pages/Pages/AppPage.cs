using Hl7.Fhir.Model;
using Interop.Pages.Fhir;
using Interop.Pages.Looks;
using Interop.Pages.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Task = System.Threading.Tasks.Task;

namespace Interop.Pages.Pages;

/// <summary>What all pages of a signed-in person have: her eyes on the FHIR endpoints, words and times.</summary>
public abstract class AppPage : PageModel
{
    protected FhirApi Api => HttpContext.RequestServices.GetRequiredService<FhirApi>();

    protected IStringLocalizer<Words> T => HttpContext.RequestServices.GetRequiredService<IStringLocalizer<Words>>();

    private IStringLocalizer<Refusals> R => HttpContext.RequestServices.GetRequiredService<IStringLocalizer<Refusals>>();

    protected When When => HttpContext.RequestServices.GetRequiredService<When>();

    protected PagesSettings Site => HttpContext.RequestServices.GetRequiredService<PagesSettings>();

    /// <summary><c>Organization/id</c> of the person's agency.</summary>
    public string Agency => $"Organization/{PageSession.AgencyOf(User)}";

    /// <summary><c>Practitioner/id</c>; the agency itself where the account names nobody.</summary>
    public string Me => PageSession.PractitionerOf(User) ?? Agency;

    /// <summary>What has just been done, as a word that the page knows a sentence for.</summary>
    [BindProperty(SupportsGet = true, Name = "done")]
    public string? Done { get; set; }

    /// <summary>Why what was asked was not done.</summary>
    public IReadOnlyList<Problem> Problems { get; private set; } = [];

    /// <summary>Does what the person asked; false where the server said no, with its reasons as <see cref="Problems"/>.</summary>
    protected async Task<bool> TryAsync(Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (FhirRefusedException refused)
        {
            Problems = refused.IsOvertaken
                ? [new(T["Somebody else was faster. This is how it stands now."])]
                : refused.Sentences.Count > 0 ? [.. refused.Sentences.Select(Told)]
                : [new(T["It was not done. Try again in a minute."])];
            return false;
        }
    }

    /// <summary>The alerts of a person that hold now.</summary>
    protected async Task<IReadOnlyList<Flag>> FlagsOfAsync(Patient? person) => person is null ? [] :
    [
        .. (await Api.FindAsync<Flag>($"Flag?patient={person.Id}&_count=20")).Where(flag => flag.Status == Flag.FlagStatus.Active),
    ];

    /// <summary>What the server or the issuer said no with, in the person's language.</summary>
    private Problem Told(string sentence) => Refusals.Told(R, sentence);

    /// <summary>Refuses for a reason of the page's own.</summary>
    protected void Object(string sentence) => Problems = [.. Problems, new(sentence)];

    /// <summary>Refuses with a sentence of the issuer's, or where it gave none with another.</summary>
    protected void ObjectAsTold(string sentence, string otherwise) =>
        Problems = [.. Problems, sentence.Length > 0 ? Told(sentence) : new(otherwise)];

    /// <summary>A way to the next page of a list, which only leads to more of the same list.</summary>
    protected static string? Next(Bundle bundle) => bundle.NextLink is { } link ? link.Query.TrimStart('?') : null;

    /// <summary>An id that may be part of an address.</summary>
    protected static bool IsId(string? text) =>
        text is { Length: > 0 and <= 64 } && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.');

    protected static Dictionary<string, T> ById<T>(Bundle bundle)
        where T : Resource => bundle.Entry.Select(entry => entry.Resource).OfType<T>().DistinctBy(found => found.Id)
        .ToDictionary(found => $"{found.TypeName}/{found.Id}");
}
