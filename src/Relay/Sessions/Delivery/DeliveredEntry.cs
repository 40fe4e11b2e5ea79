
namespace Relay.Sessions;

/// <summary>One entry on its way to the connections. Its frame is made once per format and shared by all connections.</summary>
internal sealed class DeliveredEntry(ReadOnlyMemory<byte> update)
{
    private FrameFormat? format;
    private ReadOnlyMemory<byte>[] single = [];
    private DeliveredEntry? other;

    /// <summary>What it counts for in the bytes that a session keeps for its slow connections.</summary>
    public int Bytes => update.Length + 16;

    /// <summary>The frame in <paramref name="wanted"/>, alone in an array that nobody changes.</summary>
    public ReadOnlyMemory<byte>[] Frame(FrameFormat wanted)
    {
        if (format is null)
        {
            format = wanted;
            single = [wanted.Update(update.Span)];
        }

        return format == wanted ? single : (other ??= new DeliveredEntry(update)).Frame(wanted);
    }
}
