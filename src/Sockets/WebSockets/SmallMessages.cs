namespace Relay.Sockets.WebSockets;

/// <summary>
/// Memory for messages: small ones that are read together share an array, so that a burst of them does not cost an
/// array each. Not thread-safe.
/// </summary>
internal sealed class SmallMessages
{
    private const int SharedBytes = 16_384;

    private byte[] shared = [];
    private int used;

    /// <summary>Memory for one message; it is not handed out again.</summary>
    /// <param name="length">The length of the message.</param>
    /// <param name="waiting">How many bytes were read with it and come after it.</param>
    public Memory<byte> Allocate(int length, int waiting)
    {
        if (length > shared.Length - used)
        {
            if (length >= SharedBytes || waiting == 0)
            {
                return GC.AllocateUninitializedArray<byte>(length);
            }

            shared = GC.AllocateUninitializedArray<byte>(Math.Min(SharedBytes, length + waiting));
            used = 0;
        }

        used += length;
        return shared.AsMemory(used - length, length);
    }

    /// <summary>Lets go of the array that later messages would share.</summary>
    public void Release()
    {
        shared = [];
        used = 0;
    }
}
