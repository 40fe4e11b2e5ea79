using Relay.Links;

namespace Relay.Simulation;

/// <summary>One end of a connection between two nodes.</summary>
internal sealed class LinkLine : ILinkConnection
{
    private readonly LinkNetwork network;
    private readonly Agenda agenda;
    private readonly Lane lane;
    private readonly Queue<byte[]> arrived = new();
    private TaskCompletionSource<ReadOnlyMemory<byte>?>? waiting;

    private LinkLine(LinkNetwork network, Agenda agenda, Process process)
    {
        this.network = network;
        this.agenda = agenda;
        lane = new Lane(agenda);
        Process = process;
    }

    public Process Process { get; }

    public LinkLine Other { get; private set; } = null!;

    /// <summary>Whether this end knows that the connection is over.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Whether what is sent here arrives nowhere, and neither does the end.</summary>
    private bool IsMute { get; set; }

    public static (LinkLine Here, LinkLine There) Pair(
        LinkNetwork network, Agenda agenda, Process one, Process other)
    {
        var (here, there) = (new LinkLine(network, agenda, one), new LinkLine(network, agenda, other));
        (here.Other, there.Other) = (there, here);
        return (here, there);
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        if (IsOver)
        {
            throw new IOException("The line is over.");
        }

        if (!IsMute)
        {
            var bytes = frame.ToArray();
            foreach (var delay in network.Arrivals())
            {
                lane.Bring(Other.Process, delay, () => Other.Arrive(bytes));
            }
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellation)
    {
        if (arrived.TryDequeue(out var bytes))
        {
            return bytes;
        }

        if (IsOver)
        {
            return null;
        }

        waiting = new TaskCompletionSource<ReadOnlyMemory<byte>?>();
        return await waiting.Task;
    }

    /// <summary>The network breaks it; this end may not notice, and what it sends from now on is lost.</summary>
    public void Break(bool isMute)
    {
        if (isMute)
        {
            IsMute = true;
        }
        else
        {
            agenda.Add(network.Delay(), Process, End);
            agenda.Add(network.Delay(), Other.Process, Other.End);
        }
    }

    public void Abort()
    {
        if (!IsOver)
        {
            End();
            if (!IsMute && !network.IsDown)
            {
                agenda.Add(network.Delay(), Other.Process, Other.End);
            }
        }
    }

    public void Dispose() => Abort();

    private void Arrive(byte[] bytes)
    {
        if (IsOver)
        {
            return;
        }

        if (waiting is { } waiter)
        {
            waiting = null;
            waiter.SetResult(bytes);
        }
        else
        {
            arrived.Enqueue(bytes);
        }
    }

    private void End()
    {
        IsOver = true;
        var waiter = waiting;
        waiting = null;
        waiter?.SetResult(null);
    }
}
