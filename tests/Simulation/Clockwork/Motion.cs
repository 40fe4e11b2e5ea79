namespace Relay.Simulation;

/// <summary>
/// What nodes lately did that a quiet node does not do: calls to services, except those that each node makes all the
/// time. So an endless repetition is seen, and its parts can be named.
/// </summary>
internal sealed class Motion(Agenda agenda)
{
    /// <summary>What is older than this is forgotten: longer than any pause between two repetitions.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(90);

    private readonly Queue<(TimeSpan At, string Process, string What)> recent = new();

    /// <summary>When something last moved.</summary>
    public TimeSpan LastAt { get; private set; }

    /// <summary>A process does something.</summary>
    public void Note(Process process, string what)
    {
        LastAt = agenda.Now;
        recent.Enqueue((agenda.Now, process.Name, what));
        while (agenda.Now - recent.Peek().At > Window)
        {
            recent.Dequeue();
        }
    }

    /// <summary>What moved within the last window, and how often.</summary>
    public override string ToString() => string.Join(
        ", ",
        recent.Where(m => agenda.Now - m.At <= Window).GroupBy(m => (m.Process, m.What))
            .OrderByDescending(m => m.Count())
            .Select(m => $"{m.Key.Process}: {m.Count()} × {m.Key.What}"));
}
