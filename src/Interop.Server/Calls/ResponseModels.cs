using System.Text.Json;
using Interop.Server.Settings;
using Interop.Sharing.Json;

namespace Interop.Server.Calls;

/// <summary>Who can be sent to a call, and the codes that go with it.</summary>
internal static class ResponseModels
{
    public const string CodeSystem = CrisisProfiles.Base + "/CodeSystem/response-model";
    public const string Transfer = "transfer-988";

    public static readonly IReadOnlyList<string> Police = ["police", "police-secondary"];

    /// <summary>Teams without police: who may find on scene that police are needed.</summary>
    public static readonly IReadOnlyList<string> Unarmed = ["ccd", "crt", "ems"];

    public static readonly IReadOnlyList<string> All = ["ccd", "crt", "co-response", "police-secondary", "ems", "police", Transfer];

    public static bool IsKnown(string model) => All.Contains(model);

    /// <summary>The code of a ServiceRequest's response model; null where it asks for something else.</summary>
    public static string? Of(JsonElement request) => request.Code("code", CodeSystem);
}
