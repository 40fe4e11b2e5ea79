namespace Relay.Sockets.WebSockets;

/// <summary>
/// The clock of all sockets of a node: one timer that looks at each of them, instead of a timer for each. Thread-safe.
/// </summary>
internal sealed class SocketTicks(SocketTimes times, TimeProvider time) : IDisposable
{
    private readonly Lock gate = new();
    private readonly HashSet<ClientSocket> sockets = [];
    private ClientSocket[] looked = [];
    private ITimer? timer;
    private bool isLooking;

    public SocketTimes Times => times;

    public TimeProvider Time => time;

    /// <summary>Looks at this socket from now on.</summary>
    public void Add(ClientSocket socket)
    {
        lock (gate)
        {
            sockets.Add(socket);
            timer ??= time.CreateTimer(static self => ((SocketTicks)self!).Tick(), this, times.Tick, times.Tick);
        }
    }

    public void Remove(ClientSocket socket)
    {
        lock (gate)
        {
            sockets.Remove(socket);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            timer?.Dispose();
        }
    }

    private void Tick()
    {
        int count;
        lock (gate)
        {
            // One look at a time; a late one is followed by the next soon enough.
            if (isLooking)
            {
                return;
            }

            isLooking = true;
            count = sockets.Count;
            if (looked.Length < count)
            {
                looked = new ClientSocket[count + (count / 2)];
            }

            sockets.CopyTo(looked);
        }

        try
        {
            foreach (var socket in looked.AsSpan(0, count))
            {
                socket.Tick();
            }
        }
        finally
        {
            Array.Clear(looked, 0, count);
            isLooking = false;
        }
    }
}
