using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Security;
using Interop.Server.Settings;

namespace Interop.Server.Calls;

/// <summary>Before anything is served, the forms of this server stand in the directory, as the server knows them.</summary>
internal sealed class ScreeningForms(GuardedStore store, InteropSettings settings) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using (var snapshot = await store.OpenAsOperatorAsync(settings.Custodian, cancellationToken))
        {
            if (ScreeningForm.All.All(form => snapshot.Holds(KeyOf(form), form.Body)))
            {
                return;
            }
        }

        await store.WriteAsOperatorAsync(
            settings.Custodian,
            transaction =>
            {
                foreach (var form in ScreeningForm.All.Where(form => !transaction.Holds(KeyOf(form), form.Body)))
                {
                    transaction.Put(KeyOf(form), settings.Custodian, form.Body);
                }

                return true;
            },
            cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static ResourceKey KeyOf(ScreeningForm form) => new("Questionnaire", form.Id);
}

/// <summary>The forms of this server are nobody's to change or to imitate.</summary>
internal sealed class FormRule() : TypeRule("Questionnaire")
{
    public override WriteResult.Refused? Recorded(Caller caller, ResourceKey key, ReadOnlyMemory<byte> body) =>
        ScreeningForm.All.Any(form => form.Id == key.Id || form.Url == TopLevel.Text(body.Span, "url"))
            ? new(IssueCode.Forbidden, "This form comes with the server: another wording has another url.", "Questionnaire.url")
            : null;
}
