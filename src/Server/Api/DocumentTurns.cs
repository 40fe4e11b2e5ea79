using Relay.Yjs;

namespace Relay.Api;

/// <summary>A queue for each document: one caller at a time has the turn of a document. Thread-safe.</summary>
internal sealed class DocumentTurns
{
    private readonly Lock gate = new();
    private readonly Dictionary<DocumentName, Line> lines = [];

    /// <summary>How many documents have a caller.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return lines.Count;
            }
        }
    }

    /// <summary>Waits for the document's turn, which lasts until the result is disposed of.</summary>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async ValueTask<IDisposable> TakeAsync(DocumentName document, CancellationToken cancellation)
    {
        Line line;
        lock (gate)
        {
            if (!lines.TryGetValue(document, out line!))
            {
                lines.Add(document, line = new Line());
            }

            line.Callers++;
        }

        try
        {
            await line.Turn.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            Leave(document, line);
            throw;
        }

        return new Held(this, document, line);
    }

    private void Leave(DocumentName document, Line line)
    {
        lock (gate)
        {
            if (--line.Callers == 0)
            {
                lines.Remove(document);
            }
        }
    }

    private sealed class Line
    {
        /// <summary>Never asked for its wait handle, so it needs no disposing.</summary>
        public SemaphoreSlim Turn { get; } = new(1);

        /// <summary>The one whose turn it is, and those who wait.</summary>
        public int Callers { get; set; }
    }

    private sealed class Held(DocumentTurns turns, DocumentName document, Line line) : IDisposable
    {
        public void Dispose()
        {
            line.Turn.Release();
            turns.Leave(document, line);
        }
    }
}
