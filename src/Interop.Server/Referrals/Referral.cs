using System.Text.Json;
using Interop.Fhir;
using Interop.Server.Http;
using Interop.Server.Settings;
using Interop.Server.Tasks;
using Interop.Sharing.Json;

namespace Interop.Server.Referrals;

/// <summary>A Task by which one organisation asks another to carry a request out.</summary>
internal static class Referral
{
    public const string Code = "fulfill-referral";

    /// <summary>The states in which nobody has taken it on.</summary>
    public static readonly IReadOnlyList<string> Pending = ["requested", "received"];

    private static readonly Topic Kind = Topic.All.Single(topic => topic.Code == "referral");

    /// <summary>Whether a Task is one: by our code, or by that of Gravity and others.</summary>
    public static bool Is(ReadOnlyMemory<byte> task) => Kind.Covers("Task", task);

    public static bool IsPending(ReadOnlyMemory<byte> task) => Is(task) && Pending.Contains(new TaskBody(task).Status);

    /// <summary>How long its owner may leave it without an answer.</summary>
    public static TimeSpan Patience(ReadOnlyMemory<byte> task)
    {
        using var document = JsonDocument.Parse(task, FhirJson.Parsing);
        return TimeSpan.FromHours(document.RootElement.Text("priority") == "stat" ? 4 : 24);
    }

    public static ResourceKey? At(ReadOnlyMemory<byte> resource, string element)
    {
        using var document = JsonDocument.Parse(resource, FhirJson.Parsing);
        return document.RootElement.At(element).Text("reference") is { } text ? ResourceKey.TryParse(text) : null;
    }
}
