using System.Diagnostics;
using OpenTelemetry;

namespace Interop.Hosting;

/// <summary>
/// Takes from each span, before it is exported, what is not on the list: its name becomes method and route template, and a span that has
/// events (texts of exceptions) or links is not exported at all, as they can't be taken away.
/// </summary>
internal sealed class AllowedAttributes : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        foreach (var (name, _) in data.TagObjects.Where(tag => !TelemetryAttributes.Allowed.Contains(tag.Key)).ToList())
        {
            data.SetTag(name, null);
        }

        var method =
            data.GetTagItem(TelemetryAttributes.Method) is string said && TelemetryAttributes.Methods.Contains(said) ? said : "_OTHER";
        data.SetTag(TelemetryAttributes.Method, method);
        if (data.Kind == ActivityKind.Server)
        {
            // The host is what the request's header says, and so a stranger's word.
            data.SetTag("server.address", null);
            data.SetTag("server.port", null);
        }

        data.DisplayName = data.GetTagItem(TelemetryAttributes.Route) is string route ? $"{method} {route}" : method;
        data.TraceStateString = null;
        data.SetStatus(data.Status);
        if (data.Events.Any() || data.Links.Any())
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
