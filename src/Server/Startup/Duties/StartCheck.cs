namespace Relay.Startup;

/// <summary>Something that must have succeeded once before the node is ready.</summary>
/// <param name="Name">What it is about, as in "Redis".</param>
/// <param name="RunAsync">Does it. A service that cannot be reached throws one of the "unavailable" exceptions and is
/// tried again; a definite refusal throws another one, whose message is for the people who run the node.</param>
internal sealed record StartCheck(string Name, Func<CancellationToken, Task> RunAsync);
