namespace Relay.Sessions;

/// <summary>The one table of what follows each stage. An event that a stage cannot have has no entry.</summary>
internal static class SessionTransitions
{
    private static readonly SessionStage?[][] Table = Make();

    /// <summary>The stage after an event; null for an event that the stage cannot have.</summary>
    public static SessionStage? Next(SessionStage stage, SessionEvent happened) => Table[(int)stage][(int)happened];

    private static SessionStage?[][] Make()
    {
        const SessionStage loading = SessionStage.Loading;
        const SessionStage live = SessionStage.Live;
        const SessionStage draining = SessionStage.Draining;
        const SessionStage leaving = SessionStage.Leaving;
        const SessionStage closed = SessionStage.Closed;
        return
        [
            // Loaded, Joined, IdleTimeEnded, Settled, Relisted, Left, Failed
            [live, loading, null, null, null, null, closed], // Loading
            [null, live, draining, null, null, null, closed], // Live
            [null, live, null, leaving, null, null, closed], // Draining
            [null, leaving, null, null, live, closed, closed], // Leaving
            [null, closed, null, null, null, null, closed], // Closed
        ];
    }
}
