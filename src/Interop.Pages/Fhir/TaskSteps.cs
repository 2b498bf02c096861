using Status = Hl7.Fhir.Model.Task.TaskStatus;
using FhirTask = Hl7.Fhir.Model.Task;
using Task = System.Threading.Tasks.Task;

namespace Interop.Pages.Fhir;

/// <summary>A Task goes its way step by step, as everybody's does: it is accepted, begun, ended.</summary>
internal static class TaskSteps
{
    /// <summary>Ends a Task, each step a change of its own: who stops between two goes on from there.</summary>
    /// <param name="status">As it stands.</param>
    /// <param name="version">That was read.</param>
    /// <param name="end">The operations of a JSON Patch that ends it.</param>
    public static async Task EndAsync(this FhirApi api, string id, Status? status, string? version, params object[] end)
    {
        foreach (var step in Before(status))
        {
            var moved = await api.PatchAsync<FhirTask>(
                $"Task/{id}", version, new object[] { new { op = "replace", path = "/status", value = step } });
            version = moved.Meta?.VersionId ?? version;
        }

        await api.PatchAsync<FhirTask>($"Task/{id}", version, end);
    }

    private static string[] Before(Status? status) => status switch
    {
        Status.InProgress => [],
        Status.Accepted => ["in-progress"],
        _ => ["accepted", "in-progress"],
    };
}
