using Relay.Logging;
using Relay.Yjs;

namespace Relay.Peers;

internal sealed partial class PeerClient
{
    [LoggerMessage(LogEvents.PeersSilent, LogLevel.Information,
        "None of the {Holders} nodes that are said to hold {Document} gave its state within {Deadline}; it is loaded "
            + "from snapshots and log")]
    private static partial void LogNoAnswer(ILogger logger, DocumentName document, int holders, TimeSpan deadline);

    [LoggerMessage(LogEvents.PeerAddressUnusable, LogLevel.Warning,
        "The locator names a node {Holder}, which is no IP address with a port")]
    private static partial void LogNoAddress(ILogger logger, string holder);

    [LoggerMessage(LogEvents.PeerRefused, LogLevel.Warning,
        "The node at {Holder} does not accept this node's proof: its log says why (Relay:Internal:Secret, "
            + "Relay:Node:Address, or the clocks)")]
    private static partial void LogRefused(ILogger logger, string holder);

    [LoggerMessage(LogEvents.PeerHasNothing, LogLevel.Debug,
        "The node at {Holder} has no state of {Document} to give: {Status}")]
    private static partial void LogNothing(ILogger logger, string holder, DocumentName document, int status);

    [LoggerMessage(LogEvents.PeerAnswerUnusable, LogLevel.Warning,
        "What {Holder} answered about {Document} is not used: it {Problem}")]
    private static partial void LogNoState(ILogger logger, string holder, DocumentName document, string problem);

    [LoggerMessage(LogEvents.PeerUnreachable, LogLevel.Debug, "The node at {Holder} cannot be asked for {Document}")]
    private static partial void LogUnreachable(ILogger logger, Exception exception, string holder,
        DocumentName document);

    private void LogRefused(string holder)
    {
        if (refusals.MaySpeak())
        {
            LogRefused(logger, holder);
        }
    }
}
