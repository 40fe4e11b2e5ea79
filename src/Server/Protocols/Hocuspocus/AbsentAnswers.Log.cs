using Relay.Logging;

namespace Relay.Protocols.Hocuspocus;

internal sealed partial class AbsentAnswers
{
    [LoggerMessage(LogEvents.DocumentDenied, LogLevel.Information, "A client does not get {Address}: {Reason}")]
    private static partial void LogDenied(ILogger logger, string address, string reason);
}
