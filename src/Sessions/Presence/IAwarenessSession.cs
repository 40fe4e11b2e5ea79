namespace Relay.Sessions;

/// <summary>What the awareness part tells the other parts of its session.</summary>
internal interface IAwarenessSession
{
    /// <summary>A connection is to be sent what it lacks.</summary>
    void Pump(Attachment attachment);

    /// <summary>A message to other nodes was sent, or given up.</summary>
    void OnAwarenessPublished();
}
