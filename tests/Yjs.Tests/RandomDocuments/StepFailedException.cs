namespace Relay.Yjs.RandomDocuments;

/// <summary>The engine contradicts itself or refuses what Yjs wrote.</summary>
internal sealed class StepFailedException(string step, string text) : Exception(text)
{
    public string Step { get; } = step;
}
