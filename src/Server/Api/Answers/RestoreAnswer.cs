namespace Relay.Api.Answers;

/// <summary>What a restore did.</summary>
/// <param name="Restored">
/// Whether an update was written; false when the document shows the same already.
/// </param>
/// <param name="Bytes">The length of that update.</param>
internal sealed record RestoreAnswer(bool Restored, int Bytes);
