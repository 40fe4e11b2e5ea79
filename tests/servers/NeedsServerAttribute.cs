namespace Relay.TestServers;

/// <summary>Says which server the tests of a class need.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsServerAttribute : Attribute
{
    public required ServerKind Kind { get; init; }
}
