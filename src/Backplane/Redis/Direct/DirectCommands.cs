using System.Net.Sockets;

namespace Relay.Backplane;

/// <summary>
/// The commands of a <see cref="DirectConnection"/>: what is to be sent, and what waits for its answer, in their order.
/// Thread-safe.
/// </summary>
internal sealed class DirectCommands(Socket socket, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly DirectOutput output = new(socket);
    private readonly Queue<DirectCall> waiting = new();
    private volatile bool isClosed;

    /// <summary>Whether commands are taken.</summary>
    public bool IsOpen => !isClosed;

    /// <summary>For how long the oldest command has waited for its answer; null if none does.</summary>
    public TimeSpan? LongestWait
    {
        get
        {
            lock (gate)
            {
                return waiting.TryPeek(out var oldest) ? time.GetElapsedTime(oldest.Sent) : null;
            }
        }
    }

    /// <summary>Sends a command, as far as the kernel takes it now.</summary>
    /// <param name="call">Waits for its answer.</param>
    /// <param name="what">What <paramref name="write"/> needs.</param>
    /// <param name="write">Writes it.</param>
    /// <returns>False if the connection is broken.</returns>
    /// <exception cref="DirectRefusedException">No more commands are taken.</exception>
    public bool TrySend<T>(DirectCall call, T what, Action<DirectOutput, T> write)
    {
        lock (gate)
        {
            if (isClosed || output.IsFull)
            {
                throw new DirectRefusedException(isClosed ? "It has ended." : "Too much waits to be sent.");
            }

            write(output, what);
            waiting.Enqueue(call);
            return output.TrySend();
        }
    }

    /// <summary>Sends what the kernel did not take before; false if the connection is broken.</summary>
    public bool TrySendRest()
    {
        lock (gate)
        {
            return isClosed || output.TrySend();
        }
    }

    /// <summary>The command that the reply answers; null if the oldest one does not ask for such a reply.</summary>
    public DirectCall? TakeAnswered(in RespReply reply)
    {
        lock (gate)
        {
            return waiting.TryPeek(out var oldest) && oldest.IsAnsweredBy(reply) ? waiting.Dequeue() : null;
        }
    }

    /// <summary>From now on nothing is sent. Returns what waits; null if that was done before.</summary>
    public DirectCall[]? Close()
    {
        lock (gate)
        {
            if (isClosed)
            {
                return null;
            }

            isClosed = true;
            DirectCall[] left = [.. waiting];
            waiting.Clear();
            return left;
        }
    }
}
