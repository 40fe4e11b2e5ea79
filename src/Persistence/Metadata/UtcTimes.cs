using System.Data;
using Dapper;

namespace Relay.Persistence.Metadata;

/// <summary>
/// Times as the rest of the code has them, from what databases give: Postgres a UTC time, SQLite the number of
/// microseconds since 1970.
/// </summary>
internal sealed class UtcTimes : SqlMapper.TypeHandler<DateTimeOffset>
{
    /// <summary>Makes them known to the mapper; again is harmless.</summary>
    public static void Use()
    {
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(new UtcTimes());
    }

    public static long ToMicroseconds(DateTimeOffset at) =>
        (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    public override DateTimeOffset Parse(object value) =>
        value is long microseconds ? FromMicroseconds(microseconds) : new(
            DateTime.SpecifyKind((DateTime)value, DateTimeKind.Utc));

    public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) =>
        parameter.Value = value.UtcDateTime;
}
