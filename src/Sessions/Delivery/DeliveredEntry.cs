namespace Relay.Sessions;

/// <summary>
/// One entry on its way to the connections. Its frame is made once per shared format, for all connections that use it.
/// </summary>
/// <param name="update">What is sent.</param>
/// <param name="except">The one connection that is not sent it; null for all.</param>
internal sealed class DeliveredEntry(ReadOnlyMemory<byte> update, DeliveryState? except)
{
    private FrameFormat? format;
    private ReadOnlyMemory<byte>[] single = [];
    private DeliveredEntry? other;
    private object? read;

    /// <summary>The one connection that is not sent it.</summary>
    public DeliveryState? Except { get; } = except;

    /// <summary>What it counts for in the bytes that a session keeps for its slow connections.</summary>
    public int Bytes => update.Length + 16;

    /// <summary>
    /// Takes it away from what a content had. It is read once: connections that do not read fall behind one after
    /// another, each by all entries that are kept.
    /// </summary>
    public void RemoveFrom(IPastContent past) => past.Remove(update, ref read);

    /// <summary>The frame in <paramref name="wanted"/>, alone in an array that is not changed.</summary>
    public ReadOnlyMemory<byte>[] Frame(FrameFormat wanted)
    {
        if (!wanted.IsShared)
        {
            return [wanted.Update(update.Span)];
        }

        if (format is null)
        {
            format = wanted;
            single = [wanted.Update(update.Span)];
        }

        return format == wanted ? single : (other ??= new DeliveredEntry(update, Except)).Frame(wanted);
    }
}
