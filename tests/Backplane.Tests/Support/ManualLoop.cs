using System.Net.Sockets;

namespace Relay.Backplane.Support;

/// <summary>A loop without sockets, whose rounds end when a test says so.</summary>
internal sealed class ManualLoop : ISocketLoops
{
    private readonly Queue<IThreadPoolWorkItem> work = new();

    public int Count => 1;

    public bool IsCurrent { get; set; }

    public void AfterRound(IThreadPoolWorkItem work) => this.work.Enqueue(work);

    public IDisposable Watch(int loop, Socket socket, ISocketWatcher watcher) => throw new InvalidOperationException();

    public void EndRound()
    {
        IsCurrent = true;
        while (work.TryDequeue(out var next))
        {
            next.Execute();
        }

        IsCurrent = false;
    }
}
