using System.Threading.Tasks.Sources;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// One append or checkpoint on its way through the writer; used again once its caller has the result.
/// </summary>
internal sealed class LogRequest(Action<LogRequest> giveBack) : IValueTaskSource<AppendResult>, IValueTaskSource
{
    // Not on the writer's thread: it has others to serve.
    private ManualResetValueTaskSourceCore<AppendResult> source = new() { RunContinuationsAsynchronously = true };

    public DocumentName Document { get; private set; }

    public bool IsCheckpoint { get; private set; }

    /// <summary>Whether an append begins the log anew.</summary>
    public bool Replaces { get; private set; }

    /// <summary>Whether an append begins a damaged log anew.</summary>
    public bool Mends { get; private set; }

    /// <summary>The end that a log must have to be begun anew; <see cref="Position.None"/> for any.</summary>
    public Position ReplacedEnd { get; private set; }

    public long Epoch { get; private set; }

    public LogEntry Entry { get; private set; }

    /// <summary>The entry's payload, which listeners may keep.</summary>
    public byte[] Payload { get; private set; } = [];

    public Position Saved { get; private set; }

    public Position TrimThrough { get; private set; }

    public short Version => source.Version;

    public void Append(DocumentName document, long epoch, LogEntry entry, Position? replaced, bool mends)
    {
        Document = document;
        IsCheckpoint = false;
        Mends = mends;
        Replaces = replaced is not null;
        ReplacedEnd = replaced ?? Position.None;
        Epoch = epoch;

        // Copied at once: a caller that gives up waiting may use its memory again before the writer comes to it, and
        // listeners keep the copy anyway.
        Payload = entry.Payload.Length == 0 ? [] : entry.Payload.ToArray();
        Entry = entry with { Payload = Payload };
    }

    public void Checkpoint(DocumentName document, Position saved, Position trimThrough)
    {
        Document = document;
        IsCheckpoint = true;
        Mends = false;
        Saved = saved;
        TrimThrough = trimThrough;
    }

    public void Complete(AppendResult result) => source.SetResult(result);

    public void Fail(Exception error) => source.SetException(error);

    public AppendResult GetResult(short token)
    {
        try
        {
            return source.GetResult(token);
        }
        finally
        {
            source.Reset();
            Entry = default;
            Payload = [];
            giveBack(this);
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token,
        ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);
}
