using System.Buffers;

namespace Relay.Sockets.Backpressure;

/// <summary>
/// Puts one message or request body together from the pieces in which it comes. It grows only as bytes really come,
/// whatever
/// length was declared, and what it takes beyond a small amount is charged to the node's budget. Not thread-safe.
/// </summary>
/// <param name="budget">What it is charged to.</param>
/// <param name="maxBytes">The caller adds no more than this.</param>
internal sealed class ChargedBuffer(BufferBudget budget, int maxBytes) : IDisposable
{
    /// <summary>What a buffer may take without being charged.</summary>
    public const int FreeBytes = 64 << 10;

    private const int FirstBytes = 4096;

    private byte[] bytes = [];
    private long charged;

    /// <summary>How many bytes there are.</summary>
    public int Count { get; private set; }

    /// <summary>What is taken for them.</summary>
    public int Capacity => bytes.Length;

    /// <summary>What has come; the memory is the buffer's, and is gone with it.</summary>
    public ReadOnlyMemory<byte> Collected => bytes.AsMemory(0, Count);

    /// <summary>Whether the memory goes back to others with the buffer, so that who keeps it needs a copy.</summary>
    public bool IsShared => bytes.Length is > 0 and <= LargeArrays.MostBytes;

    /// <summary>Makes room for a piece.</summary>
    /// <param name="piece">Its length.</param>
    /// <param name="declared">
    /// How long the whole will be as its sender says, this piece included; 0 if that is not known.
    /// </param>
    /// <returns>
    /// 0 when there is room; otherwise what has to be taken from the budget first, and told to <see cref="Granted"/>.
    /// </returns>
    public long MakeRoom(int piece, long declared)
    {
        var needed = Count + piece;
        if (needed <= bytes.Length)
        {
            return 0;
        }

        var size = SizeFor(needed, declared);
        var wanted = Math.Max(0, ChargeFor(size) - charged);
        if (wanted > 0 && !budget.TryTake(wanted))
        {
            return wanted;
        }

        charged += wanted;
        Grow(size);
        return 0;
    }

    /// <summary>What <see cref="MakeRoom"/> asked for was taken from the budget.</summary>
    public void Granted(long wanted) => charged += wanted;

    /// <summary>Adds a piece, for which there is room.</summary>
    /// <returns>Where its bytes are to be put.</returns>
    public Span<byte> Add(int piece)
    {
        Count += piece;
        return bytes.AsSpan(Count - piece, piece);
    }

    /// <summary>Hands out all that has come; the memory is the caller's, and is not charged any more.</summary>
    public byte[] Take()
    {
        if (IsShared || bytes.Length != Count)
        {
            var copy = Collected.ToArray();
            Drop();
            return copy;
        }

        var whole = bytes;
        bytes = [];
        Drop();
        return whole;
    }

    /// <summary>
    /// The same without a copy of what is large: where it is <see cref="LentMemory"/>, the caller may give it back.
    /// </summary>
    public ReadOnlyMemory<byte> TakeOrLend()
    {
        if (bytes.Length is <= FreeBytes or > LargeArrays.MostBytes)
        {
            return Take();
        }

        var lent = new LentMemory(budget.Arrays, bytes, Count);
        bytes = [];
        Drop();
        return lent.Memory;
    }

    /// <summary>Forgets what there is.</summary>
    public void Drop()
    {
        Free(bytes);
        bytes = [];
        Count = 0;
        budget.Return(charged);
        charged = 0;
    }

    public void Dispose() => Drop();

    /// <summary>
    /// Twice as much as before, until half of what was declared has come; then all of it, so that no copy is needed
    /// at the end.
    /// </summary>
    private int SizeFor(int needed, long declared)
    {
        if (declared >= needed && needed >= declared / 2)
        {
            return (int)declared;
        }

        return (int)Math.Max(needed, Math.Min(maxBytes, Math.Max(FirstBytes, 2L * bytes.Length)));
    }

    /// <summary>
    /// What is charged for so many bytes: what their array takes. If only its rounding is beyond the whole budget, as
    /// much as that.
    /// </summary>
    private long ChargeFor(int size) =>
        size is <= FreeBytes or > LargeArrays.MostBytes
            ? size - FreeBytes
            : Math.Min(LargeArrays.LengthFor(size) - FreeBytes, Math.Max(size - FreeBytes, budget.MaxBytes));

    private void Grow(int size)
    {
        var larger = size <= FreeBytes ? ArrayPool<byte>.Shared.Rent(size)
            : size <= LargeArrays.MostBytes ? budget.Arrays.Rent(size)
            : GC.AllocateUninitializedArray<byte>(size);
        StepMeter.CountBytes(Count);
        Collected.Span.CopyTo(larger);
        Free(bytes);
        bytes = larger;
    }

    /// <summary>Gives an array to where it is from, which its length says.</summary>
    private void Free(byte[] array)
    {
        if (array.Length is > FreeBytes and <= LargeArrays.MostBytes)
        {
            budget.Arrays.Return(array);
        }
        else if (array.Length is > 0 and <= FreeBytes)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }
}
