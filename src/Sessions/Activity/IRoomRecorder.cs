namespace Relay.Sessions;

/// <summary>Keeps what sessions tell about their rooms and connections. Thread-safe; no call waits or throws.</summary>
internal interface IRoomRecorder
{
    /// <summary>A session begins.</summary>
    /// <param name="figures">What goes through it; from now on they tell the activity of their changes.</param>
    /// <returns>What the session tells its activity to until it is closed.</returns>
    IRoomActivity Begin(RoomFigures figures);
}
