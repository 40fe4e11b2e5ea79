namespace Relay.Sockets.Backpressure;

/// <summary>
/// Arrays for messages and bodies that are large objects of .NET, used again and again: each new one brings the next
/// collection of the whole heap nearer. Some that nobody uses are kept, up to a bound; beyond it they are left to the
/// collector. Thread-safe.
/// </summary>
/// <param name="mostIdle">How many bytes of arrays that are not in use are kept.</param>
internal sealed class LargeArrays(long mostIdle)
{
    /// <summary>Arrays are multiples of this.</summary>
    public const int Step = 128 << 10;

    /// <summary>The largest array. What is larger costs its sender so much that a collection matters less.</summary>
    public const int MostBytes = 8 * Step;

    private readonly Lock gate = new();
    private readonly Stack<byte[]>?[] idle = new Stack<byte[]>?[MostBytes / Step];
    private long idleBytes;

    /// <summary>How many bytes of arrays are kept that are not in use.</summary>
    public long IdleBytes
    {
        get
        {
            lock (gate)
            {
                return idleBytes;
            }
        }
    }

    /// <summary>The length of the array that is given out for so many bytes, at most <see cref="MostBytes"/>.</summary>
    public static int LengthFor(int bytes) => (bytes + Step - 1) / Step * Step;

    /// <summary>An array of <see cref="LengthFor"/> its bytes, with whatever is in it.</summary>
    public byte[] Rent(int bytes)
    {
        var length = LengthFor(bytes);
        lock (gate)
        {
            if (idle[IndexOf(length)]?.TryPop(out var array) == true)
            {
                idleBytes -= length;
                return array;
            }
        }

        return GC.AllocateUninitializedArray<byte>(length);
    }

    /// <summary>Takes an array of <see cref="Rent"/> back, which its holder uses no more.</summary>
    public void Return(byte[] array)
    {
        lock (gate)
        {
            if (idleBytes + array.Length > mostIdle)
            {
                return;
            }

            (idle[IndexOf(array.Length)] ??= new()).Push(array);
            idleBytes += array.Length;
        }
    }

    private static int IndexOf(int length) => (length / Step) - 1;
}
