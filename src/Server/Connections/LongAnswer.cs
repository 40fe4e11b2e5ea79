using Relay.Yjs;

namespace Relay.Connections;

/// <summary>An answer that an administrator can end; its owner disposes of it when it is complete.</summary>
internal sealed class LongAnswer : IDisposable
{
    private readonly Action<LongAnswer> remove;

    /// <summary>Without a timer it holds no resource that must be freed, so a late kick may still cancel it.</summary>
    private readonly CancellationTokenSource ended = new();

    private readonly CancellationTokenRegistration cut;

    /// <param name="remove">Called when the answer is complete.</param>
    /// <param name="userId">Whose answer it is; null for a token without a user.</param>
    /// <param name="document">The document that it is about; null where it is about the node.</param>
    /// <param name="begunAt">When it was asked for.</param>
    /// <param name="end">What else ends it; called at most once, and not after it is disposed of.</param>
    public LongAnswer(
        Action<LongAnswer> remove, string? userId, DocumentName? document, DateTimeOffset begunAt, Action? end)
    {
        this.remove = remove;
        UserId = userId;
        Document = document;
        BegunAt = begunAt;
        cut = end is null ? default : ended.Token.Register(end);
    }

    public string? UserId { get; }

    public DocumentName? Document { get; }

    public DateTimeOffset BegunAt { get; }

    /// <summary>Is cancelled when an administrator ends the answer.</summary>
    public CancellationToken Ended => ended.Token;

    public void End() => ended.Cancel();

    public void Dispose()
    {
        remove(this);
        cut.Dispose();
    }
}
