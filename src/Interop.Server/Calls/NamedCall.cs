using System.Text.Json;
using Interop.Server.Guard;
using Interop.Server.Http;
using Interop.Sharing.Json;

namespace Interop.Server.Calls;

/// <summary>Whether a dispatch centre writes about a call of its own: one whose messages name it.</summary>
internal static class NamedCall
{
    private const string Incident = "urn:interop:incident";

    /// <param name="custodian">Id of the Organization that runs the server, whose people write about every call.</param>
    /// <param name="encounter">The call as it is stored.</param>
    public static bool Is(GuardedTransaction transaction, string custodian, ReadOnlyMemory<byte> encounter)
    {
        var organization = transaction.Caller.Organization;
        if (transaction.Caller.IsOperator || organization == custodian)
        {
            return true;
        }

        using var document = JsonDocument.Parse(encounter, FhirJson.Parsing);
        return document.RootElement.Items("identifier")
            .Where(identifier => identifier.Text("system") == Incident)
            .Select(identifier => identifier.Text("value")).OfType<string>()
            .SelectMany(transaction.CadMessages)
            .Any(message => message.Agencies.Contains(organization));
    }
}
