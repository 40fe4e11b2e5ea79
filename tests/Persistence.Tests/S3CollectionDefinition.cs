namespace Relay.Persistence;

/// <summary>All tests on S3 share one server.</summary>
[CollectionDefinition(Name)]
public sealed class S3CollectionDefinition : ICollectionFixture<S3Fixture>
{
    internal const string Name = "S3";
}
