using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Interop.Hosting;

/// <summary>Of a log line the sentence leaves: no value apart, and no exception, whose text may hold content.</summary>
internal sealed class PlainLines : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        data.Body = data.FormattedMessage;
        data.Attributes = null;
        data.Exception = null;
        data.TraceState = null;
    }
}
