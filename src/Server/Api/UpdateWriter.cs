using System.Net;
using Relay.Sessions;

namespace Relay.Api;

/// <summary>A connection that hands in one update, waits until it is in the log, and is sent no frames.</summary>
internal sealed class UpdateWriter : ISessionConnection
{
    private readonly TaskCompletionSource<RefusalReason> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why it ended: <see cref="RefusalReason.None"/> when the update is in the log.</summary>
    public Task<RefusalReason> Done => done.Task;

    public FrameFormat Format => NoFrames.Instance;

    public IPAddress? RemoteAddress => null;

    public bool IsStamped => false;

    public bool MayHaveMore => false;

    public bool Send(ReadOnlyMemory<byte>[] frames) => true;

    public void Settled(long bytes) => done.TrySetResult(RefusalReason.None);

    public bool TryHold(long bytes) => true;

    public void TakeUp()
    {
    }

    public void Close(RefusalReason reason) => done.TrySetResult(reason);
}
