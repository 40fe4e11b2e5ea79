namespace Relay.Backplane;

/// <summary>An entry or an awareness update on its way to the listeners that there were when it came.</summary>
internal readonly record struct ChannelEvent(bool IsAwareness, LoggedEntry Entry, ReadOnlyMemory<byte> Awareness)
{
    public IChannelListener[] Listeners { get; init; } = [];
}
