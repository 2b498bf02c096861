using System.Text.Json;

namespace Interop.Server.Authoring;

/// <summary>How a validated resource is parsed: no resource that the validator accepts is too deep.</summary>
internal static class ResourceDocument
{
    public static readonly JsonDocumentOptions Options = new() { MaxDepth = 1024 };
}
