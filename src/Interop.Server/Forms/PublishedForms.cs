using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Profiles;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Forms;

/// <summary>Before anything is served, the forms of this server stand in the directory, as the server knows them.</summary>
internal sealed class PublishedForms(
    GuardedStore store, IEnumerable<FormSet> sets, ProfileSet profiles, InteropSettings settings) : IHostedService
{
    private readonly IReadOnlyList<Form> forms = Worded(sets, profiles, settings);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using (var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken))
        {
            if (forms.All(form => snapshot.Holds(KeyOf(form), form.Body)))
            {
                return;
            }
        }

        await store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction =>
            {
                foreach (var form in forms.Where(form => !transaction.Holds(KeyOf(form), form.Body)))
                {
                    transaction.Put(KeyOf(form), settings.Custodian, form.Body);
                }

                return true;
            },
            cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static IReadOnlyList<Form> Worded(IEnumerable<FormSet> sets, ProfileSet profiles, InteropSettings settings)
    {
        var wording = new Wording(settings.Definitions, sets.Where(set => set.MayBeWorded).SelectMany(set => set.All), profiles);
        return [.. sets.SelectMany(set => set.All).Select(form => form with { Body = wording.Of(form) })];
    }

    private static ResourceKey KeyOf(Form form) => new("Questionnaire", form.Id);
}

/// <summary>The forms of this server are nobody's to change or to imitate.</summary>
internal sealed class FormRule(IEnumerable<FormSet> sets) : TypeRule("Questionnaire")
{
    private readonly IReadOnlyList<Form> forms = [.. sets.SelectMany(set => set.All)];

    public override WriteResult.Refused? Recorded(Caller caller, ResourceKey key, ReadOnlyMemory<byte> body) =>
        forms.Any(form => form.Id == key.Id || form.Url == TopLevel.Text(body.Span, "url"))
            ? new(IssueCode.Forbidden, "This form comes with the server: another wording has another url.", "Questionnaire.url")
            : null;
}

/// <summary>The parts of this room; each workflow adds its own forms.</summary>
internal static class FormServices
{
    public static IServiceCollection AddForms(this IServiceCollection services)
    {
        services.AddSingleton<TypeRule, FormRule>();
        services.AddHostedService<PublishedForms>();
        return services;
    }
}
