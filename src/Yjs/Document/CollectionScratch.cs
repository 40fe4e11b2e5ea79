using System.Buffers;

namespace Relay.Yjs;

/// <summary>Where a client's blocks are laid out anew. Reused for the next client of the thread.</summary>
internal sealed class CollectionScratch
{
    private const int KeptBlocks = 65_536;
    private const int KeptBytes = 4 << 20;

    [ThreadStatic]
    private static CollectionScratch? spare;

    public List<Block> Blocks { get; private set; } = [];

    public ArrayBufferWriter<byte> Content { get; private set; } = new();

    public static CollectionScratch Rent()
    {
        var scratch = spare ?? new CollectionScratch();
        spare = null;
        return scratch;
    }

    public void Clear()
    {
        Blocks.Clear();
        Content.ResetWrittenCount();
    }

    public void Return()
    {
        if (Blocks.Capacity <= KeptBlocks && Content.Capacity <= KeptBytes)
        {
            spare = this;
        }
    }
}
