namespace Relay.Backplane;

/// <summary>The calls of a listener.</summary>
internal enum ChannelEventKind : byte
{
    Entry,
    Awareness,
    Stateless,
    Saved,
    Interrupted,
}
