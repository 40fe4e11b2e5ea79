namespace Relay.Sockets.WebSockets;

/// <summary>The one table of what follows each stage of a socket's end; every event may come in every stage.</summary>
internal static class ClosingTransitions
{
    /// <summary>The stage after an event.</summary>
    public static ClosingStage Next(ClosingStage stage, ClosingEvent happened) => (stage, happened) switch
    {
        (ClosingStage.Open, ClosingEvent.NodeCloses or ClosingEvent.ClientCloses) => ClosingStage.Closing,
        (ClosingStage.Open, ClosingEvent.Ends) => ClosingStage.Ended,

        (ClosingStage.Closing, ClosingEvent.NodeCloses or ClosingEvent.ClientCloses) => ClosingStage.Closing,
        (ClosingStage.Closing, ClosingEvent.Ends) => ClosingStage.Ended,

        (ClosingStage.Ended, _) => ClosingStage.Ended,
        _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, null),
    };
}
