using System.Data;
using Dapper;

namespace Relay.Persistence.Metadata;

/// <summary>
/// Times as the rest of the code has them, from what databases give: Postgres a UTC time, SQLite the number of
/// microseconds since 1970.
/// </summary>
internal sealed class UtcTimeHandler : SqlMapper.TypeHandler<DateTimeOffset>
{
    private static readonly UtcTimeHandler Only = new();

    /// <summary>
    /// Makes it known to the mapper; another call changes nothing. The first call loads the mapper and the libraries
    /// that it refers to.
    /// </summary>
    public static void Use()
    {
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(Only);
    }

    public override DateTimeOffset Parse(object value) =>
        value is long microseconds ? UtcTimes.FromMicroseconds(microseconds) : new(
            DateTime.SpecifyKind((DateTime)value, DateTimeKind.Utc));

    public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) =>
        parameter.Value = value.UtcDateTime;
}
