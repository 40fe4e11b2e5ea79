using Relay.Logging;
using Relay.Yjs;

namespace Relay.Protocols.Hocuspocus;

internal sealed partial class FrameIntake
{
    [LoggerMessage(LogEvents.BadFrame, LogLevel.Information, "A client's frame is refused: {Error}")]
    private static partial void LogBadFrame(ILogger logger, YjsError error);

    [LoggerMessage(LogEvents.BadMessage, LogLevel.Information, "A client's message to {Address} is refused: {Error}")]
    private static partial void LogBadMessage(ILogger logger, string address, YjsError error);

    [LoggerMessage(
        LogEvents.MessageTooLarge,
        LogLevel.Information,
        "A client's message to {Address} has over {Bytes} bytes (Limits:MaxMessageBytes) and closes the document")]
    private static partial void LogTooLarge(ILogger logger, string address, int bytes);

    [LoggerMessage(
        LogEvents.StatelessDropped,
        LogLevel.Warning,
        "{Dropped} stateless messages were dropped, one to {Address}: over {Bytes} bytes "
            + "(Limits:MaxStatelessBytes), or faster than {Rate} messages or {Bytes} bytes a second")]
    private static partial void LogStatelessDropped(
        ILogger logger, long dropped, string address, int bytes, int rate);

    [LoggerMessage(LogEvents.ForbiddenMessage, LogLevel.Information,
        "A client's message to {Address} is one that only servers may send")]
    private static partial void LogForbidden(ILogger logger, string address);
}
