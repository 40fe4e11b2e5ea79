using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Relay.Sockets;

/// <summary>
/// One thread that waits for many sockets with Linux' epoll, edge-triggered, and resumes whoever waits for one on that
/// same thread: what a client sends is read, handled, logged and sent on without a hand-over between threads, which
/// costs more than all of that. It is for work that does not block. epoll(7) describes the interface.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class SocketLoop
{
    private const int EventsAtOnce = 256;
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Interrupted = 4;
    private const uint Readable = 0x001;
    private const uint Writable = 0x004;
    private const uint Error = 0x008;
    private const uint HangUp = 0x010;
    private const uint PeerClosed = 0x2000;
    private const uint EdgeTriggered = 1u << 31;

    private static readonly Lazy<SocketLoop[]> Loops = new(
        () => [.. Enumerable.Range(0, Environment.ProcessorCount).Select(number => new SocketLoop(number))]);
    private static int next;

    // struct epoll_event is packed on x64 only.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventSize = DataOffset + 8;

    private readonly int epoll;
    private readonly Lock gate = new();
    private readonly Dictionary<long, ISocketEvents> sockets = [];
    private long last;

    private SocketLoop(int number)
    {
        epoll = epoll_create1(CloseOnExec);
        if (epoll < 0)
        {
            throw new IOException($"epoll_create1 failed with error {Marshal.GetLastPInvokeError()}.");
        }

        new Thread(Run) { IsBackground = true, Name = $"sockets {number}" }.Start();
    }

    /// <summary>Whether this system has what the loops need.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux()
        && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>How many there are: one for each processor.</summary>
    public static int Count => Loops.Value.Length;

    /// <summary>The one with a number.</summary>
    public static SocketLoop At(int number) => Loops.Value[number];

    /// <summary>One loop for each processor, taken in turn.</summary>
    public static SocketLoop Next() =>
        Loops.Value[(int)((uint)Interlocked.Increment(ref next) % (uint)Loops.Value.Length)];

    /// <summary>
    /// Tells <paramref name="events"/>, on the loop's thread, whenever the socket becomes readable or writable. It says
    /// so at once for what it is already.
    /// </summary>
    /// <returns>What <see cref="Remove"/> takes.</returns>
    /// <exception cref="IOException">The system refuses.</exception>
    public unsafe long Watch(SafeHandle socket, ISocketEvents events)
    {
        long key;
        lock (gate)
        {
            key = ++last;
            sockets.Add(key, events);
        }

        var request = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(request, 4),
            Readable | Writable | PeerClosed | EdgeTriggered);
        BinaryPrimitives.WriteInt64LittleEndian(new Span<byte>(request + DataOffset, 8), key);
        var descriptor = (int)socket.DangerousGetHandle();
        if (epoll_ctl(epoll, Add, descriptor, request) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            Remove(key);
            throw new IOException($"epoll_ctl failed with error {error}.");
        }

        return key;
    }

    /// <summary>Forgets a socket, which is closed next: that takes it from epoll.</summary>
    public void Remove(long key)
    {
        lock (gate)
        {
            sockets.Remove(key);
        }
    }

    private unsafe void Run()
    {
        var round = LoopThread.Begin();
        var events = new byte[EventsAtOnce * EventSize];
        fixed (byte* first = events)
        {
            while (true)
            {
                var count = epoll_wait(epoll, first, EventsAtOnce, round.IsEmpty ? -1 : 0);
                if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted)
                {
                    throw new IOException($"epoll_wait failed with error {Marshal.GetLastPInvokeError()}.");
                }

                for (var i = 0; i < count; i++)
                {
                    var happened = events.AsSpan(i * EventSize, EventSize);
                    Tell(BinaryPrimitives.ReadInt64LittleEndian(happened[DataOffset..]),
                        BinaryPrimitives.ReadUInt32LittleEndian(happened));
                }

                round.End();
            }
        }
    }

    private void Tell(long key, uint happened)
    {
        ISocketEvents? socket;
        lock (gate)
        {
            // One that was closed meanwhile is not there any more.
            sockets.TryGetValue(key, out socket);
        }

        const uint broken = Error | HangUp;
        socket?.OnReady((happened & (Readable | PeerClosed | broken)) != 0, (happened & (Writable | broken)) != 0,
            (happened & (PeerClosed | broken)) != 0);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int epoll_ctl(int epoll, int operation, int descriptor, byte* request);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int epoll_wait(int epoll, byte* events, int most, int milliseconds);
}
