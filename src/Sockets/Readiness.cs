using System.Threading.Tasks.Sources;

namespace Relay.Sockets;

/// <summary>
/// Whether one direction of a socket may have become ready since it was last found not to be, and the one who waits for
/// that. Edge-triggered: it is cleared before the socket is tried, so that what happens after the try is not missed.
/// </summary>
internal sealed class Readiness : IValueTaskSource<int>
{
    private const int Unknown = 0;
    private const int Ready = 1;
    private const int Waited = 2;

    private ManualResetValueTaskSourceCore<int> source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration cancelling;
    private int state;

    /// <summary>From now on whoever waits is resumed on the thread that says that it is ready.</summary>
    public void ResumeInline() => source.RunContinuationsAsynchronously = false;

    /// <summary>Before a try.</summary>
    public void Clear() => Volatile.Write(ref state, Unknown);

    /// <summary>It is ready, or may be.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref state, Ready) == Waited)
        {
            source.SetResult(0);
        }
    }

    /// <summary>Waits until it may be ready; the result is 0. One waits at a time.</summary>
    public ValueTask<int> WaitAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref state) == Ready)
        {
            return ValueTask.FromResult(0);
        }

        if (cancellation.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellation);
        }

        source.Reset();
        if (Interlocked.CompareExchange(ref state, Waited, Unknown) == Ready)
        {
            return ValueTask.FromResult(0);
        }

        if (cancellation.CanBeCanceled)
        {
            cancelling = cancellation.UnsafeRegister(static (self, token) => ((Readiness)self!).Cancel(token), this);
        }

        return new ValueTask<int>(this, source.Version);
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        cancelling.Dispose();
        cancelling = default;
        return source.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token,
        ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken token)
    {
        if (Interlocked.CompareExchange(ref state, Unknown, Waited) == Waited)
        {
            source.SetException(new OperationCanceledException(token));
        }
    }
}
