using Relay.Sessions;

namespace Relay.Doubles;

/// <summary>What one part of a session needs around it: a mailbox on the test's thread, and fake time.</summary>
internal sealed class PartBench : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private readonly SynchronizationContext? before = SynchronizationContext.Current;
    private ulong ids = 0x1000;

    public PartBench()
    {
        var environment = new SessionEnvironment(Time, Steps, () => ids++);
        Mailbox = new Mailbox(Steps, Failures.Add, () => false);
        Effects = new SessionEffects(Mailbox, environment);
        SynchronizationContext.SetSynchronizationContext(Steps);
    }

    public StepContext Steps { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    public Mailbox Mailbox { get; }

    public SessionEffects Effects { get; }

    /// <summary>What the part logs.</summary>
    public NodeLog Log { get; } = new();

    /// <summary>What handlers threw.</summary>
    public List<Exception> Failures { get; } = [];

    /// <summary>Whether the session was closed and freed.</summary>
    public bool IsFreed { get; private set; }

    /// <summary>What the part is made with.</summary>
    public SessionContext Context(SessionSettings? settings = null) =>
        new(World.Name,
            settings ?? SessionDefaults.Value,
            Effects,
            World.Unwatched.Sessions,
            Log.CreateLogger("Relay"));

    /// <summary>Runs a message, and what follows from it at once.</summary>
    public void Do(Action message)
    {
        Mailbox.Post(message);
        Steps.Run();
        Assert.Empty(Failures);
    }

    /// <summary>
    /// Lets time pass in small steps, so that a timer that is set by another's handler fires in its time.
    /// </summary>
    public void Advance(TimeSpan by)
    {
        for (var end = Time.GetUtcNow() + by; Time.GetUtcNow() < end;)
        {
            Time.Advance(end - Time.GetUtcNow() < Step ? end - Time.GetUtcNow() : Step);
            Steps.Run();
        }

        Assert.Empty(Failures);
    }

    public void Close() =>
        Do(() => Effects.Close(TimeSpan.FromSeconds(60), _ => ValueTask.CompletedTask, _ => IsFreed = true));

    public void Dispose() => SynchronizationContext.SetSynchronizationContext(before);
}
