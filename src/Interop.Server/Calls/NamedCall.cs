using System.Text.Json;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Calls;

/// <summary>Whether a dispatch centre writes about a call of its own: one whose messages name it.</summary>
internal static class NamedCall
{
    /// <param name="custodian">Id of the Organization that runs the server, whose people write about every call.</param>
    /// <param name="encounter">The call as it is stored.</param>
    public static bool Is(GuardedTransaction transaction, string custodian, ReadOnlyMemory<byte> encounter)
    {
        var organization = transaction.Caller.Organization;
        if (transaction.Caller.IsOperator || organization == custodian)
        {
            return true;
        }

        return IncidentOf(encounter) is { } incident
            && transaction.CadMessages(incident).Any(message => message.Names(organization));
    }

    /// <summary>The URN of the incident that a call is of; null where dispatch told of none.</summary>
    public static string? IncidentOf(ReadOnlyMemory<byte> encounter)
    {
        using var document = JsonDocument.Parse(encounter, FhirJson.Parsing);
        return document.RootElement.Items("identifier")
            .FirstOrDefault(identifier => identifier.Text("system") == CrisisProfiles.IncidentSystem).Text("value");
    }
}
