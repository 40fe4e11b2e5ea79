namespace Relay.Sessions;

/// <summary>Why bytes were refused.</summary>
/// <param name="Message">What is wrong, as a sentence.</param>
/// <param name="Offset">At which byte.</param>
internal readonly record struct ContentError(string Message, int Offset)
{
    public override string ToString() => $"{Message} (at byte {Offset})";
}
