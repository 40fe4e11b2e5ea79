using System.Net;
using Relay.Connections;
using Relay.Sessions;

namespace Relay.Api;

/// <summary>A connection that hands in one update, waits until it is in the log, and reads nothing.</summary>
internal sealed class UpdateWriter : ISessionConnection
{
    private readonly TaskCompletionSource<CloseReason> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why it ended: <see cref="CloseReason.Normal"/> when the update is in the log.</summary>
    public Task<CloseReason> Done => done.Task;

    public FrameFormat Format => NoFrames.Instance;

    public IPAddress? RemoteAddress => null;

    public bool IsStamped => false;

    public bool MayHaveMore => false;

    public bool Send(ReadOnlyMemory<byte>[] frames) => true;

    public void Settled(long bytes) => done.TrySetResult(CloseReason.Normal);

    public bool TryHold(long bytes) => true;

    public void TakeUp()
    {
    }

    public void Close(CloseReason reason) => done.TrySetResult(reason);
}
