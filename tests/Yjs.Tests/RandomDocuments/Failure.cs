namespace Relay.Yjs.RandomDocuments;

/// <summary>What went wrong with a document: in which step, and how.</summary>
internal sealed record Failure(string Step, string Text);
