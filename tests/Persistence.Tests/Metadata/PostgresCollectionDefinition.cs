namespace Relay.Persistence.Metadata;

/// <summary>All tests on Postgres share one server; each test has a database of its own.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollectionDefinition : ICollectionFixture<PostgresFixture>
{
    internal const string Name = "Postgres";
}
