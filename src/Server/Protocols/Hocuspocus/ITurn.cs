namespace Relay.Protocols.Hocuspocus;

/// <summary>What waits in a <see cref="TurnQueue{T}"/>; a struct, so that asking it costs no indirect call.</summary>
internal interface ITurn
{
    /// <summary>Whether it need not be taken any more. Once true, it stays so. Any thread may ask.</summary>
    bool IsOver { get; }
}
