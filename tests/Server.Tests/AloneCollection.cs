namespace Relay;

/// <summary>Tests that look at the memory of the whole process: no others run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
