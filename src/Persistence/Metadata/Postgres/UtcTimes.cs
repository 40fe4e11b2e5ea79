using System.Data;
using Dapper;

namespace Relay.Persistence.Metadata.Postgres;

/// <summary>Times as the database gives them (UTC) and as the rest of the code has them.</summary>
internal sealed class UtcTimes : SqlMapper.TypeHandler<DateTimeOffset>
{
    /// <summary>Makes them known to the mapper; again is harmless.</summary>
    public static void Use()
    {
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(new UtcTimes());
    }

    public override DateTimeOffset Parse(object value) => new(DateTime.SpecifyKind((DateTime)value, DateTimeKind.Utc));

    public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.UtcDateTime;
}
